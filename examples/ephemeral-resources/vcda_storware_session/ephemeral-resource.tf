ephemeral "vcda_storware_session" "drill" {}

# Provisioners take ephemeral values too. The script finds the cookie in its environment; it gets
# into no state, plan or log, and the session is logged out when Terraform is done.
resource "terraform_data" "drill" {
  provisioner "local-exec" {
    command = "sh start-drill.sh"

    environment = {
      STORWARE_COOKIE = ephemeral.vcda_storware_session.drill.cookie
    }
  }
}
