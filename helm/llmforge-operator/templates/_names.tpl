{{- define "llmforge-operator.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "llmforge-operator.serviceAccount" -}}
{{- default (include "llmforge-operator.name" .) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "llmforge-operator.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "llmforge-operator.labels" -}}
{{ include "llmforge-operator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- /* repository@digest, or repository:tag; call with a list of image and root. */ -}}
{{- define "llmforge-operator.image" -}}
{{- $image := index . 0 -}}
{{- $root := index . 1 -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ default $root.Chart.AppVersion $image.tag }}
{{- end -}}
{{- end -}}

{{- define "llmforge-operator.statusKey" -}}
{{- default (printf "%s-status-key" (include "llmforge-operator.name" .)) .Values.statusKey.secretName -}}
{{- end -}}
