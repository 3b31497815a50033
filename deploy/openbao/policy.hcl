# What Gatehouse may do: see its key, make a new version, sign. It may neither export nor delete nor change the key.
path "transit/keys/gatehouse" {
  capabilities = ["read"]
}

path "transit/keys/gatehouse/rotate" {
  capabilities = ["update"]
}

path "transit/sign/gatehouse" {
  capabilities = ["update"]
}
