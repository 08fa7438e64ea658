-- Which actions a FineTuneJob offers: those that would change something.
local phase = obj.status ~= nil and obj.status.phase or "Pending"
local ended = phase == "Succeeded" or phase == "Failed"
local suspended = obj.spec.suspend == true
return {
  suspend = { disabled = ended or suspended },
  resume = { disabled = not suspended },
  retry = { disabled = phase ~= "Failed" or obj.status.run == nil },
}
