-- Goes on from the newest checkpoint.
obj.spec.suspend = nil
return obj
