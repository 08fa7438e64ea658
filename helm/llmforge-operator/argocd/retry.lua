-- Has a failed run tried again. The token names the attempt that failed, so that asking twice is asking once.
local run = obj.status.run
obj.spec.retryToken = "after-" .. run.number .. "-" .. run.attempt
return obj
