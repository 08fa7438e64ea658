-- Stops the run after a checkpoint, until it is resumed.
obj.spec.suspend = true
return obj
