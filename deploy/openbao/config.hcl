# OpenBao of docker-compose.yml: one node, TLS alone, never its development mode.
# It opens itself after each start with a key from a volume of this machine. Whoever has that volume and the data has the
# keys in them: a machine of your own would let a key service or people open it.
storage "raft" {
  path    = "/data"
  node_id = "openbao"
}

listener "tcp" {
  address       = "0.0.0.0:8200"
  tls_cert_file = "/secrets/certificate.pem"
  tls_key_file  = "/secrets/key.pem"
}

seal "static" {
  current_key_id = "1"
  current_key    = "file:///secrets/seal.key"
}

api_addr     = "https://openbao:8200"
cluster_addr = "https://openbao:8201"
