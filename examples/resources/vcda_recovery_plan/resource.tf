resource "vcda_recovery_plan" "shop" {
  name        = "shop"
  description = "Web shop, databases first"

  steps = [
    {
      name            = "databases"
      replication_ids = ["H4-1b4e28ba-2fa1-41d2-883f-0016d3cca427"] # or vcda_vsphere_replication.db.id
    },
    {
      name            = "web servers"
      delay           = "5m"
      prompt          = "Do the databases answer?"
      replication_ids = ["H4-6fa459ea-ee8a-4ca4-894e-db77e160355e"]
    },
  ]
}
