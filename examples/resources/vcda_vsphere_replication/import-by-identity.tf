import {
  to = vcda_vsphere_replication.web
  identity = {
    id = "H4-2f0e1d3c-5b4a-4968-8776-a5b4c3d2e1f0"
  }
}
