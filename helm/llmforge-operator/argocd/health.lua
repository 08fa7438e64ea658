-- What Argo CD shows of a FineTuneJob, read from its phase and conditions.
local status = obj.status
if status == nil or status.phase == nil then
  return { status = "Progressing", message = "The operator has not looked at it yet" }
end
if obj.metadata.generation ~= nil and status.observedGeneration ~= nil
    and status.observedGeneration < obj.metadata.generation then
  return { status = "Progressing", message = "The operator has not looked at the change yet" }
end

local truth = {}
for _, condition in ipairs(status.conditions or {}) do
  truth[condition.type] = condition.status
end

local health = "Progressing"
if truth.Stalled == "True" or truth.Failed == "True" then
  health = "Degraded"
elseif truth.Ready == "True" then
  health = "Healthy"
elseif truth.Suspended == "True" then
  health = "Suspended"
end

local message = status.message or status.phase
if health == "Progressing" and status.progress ~= nil and status.progress.percent ~= nil then
  message = tostring(status.progress.percent) .. "% " .. message
end
return { status = health, message = message }
