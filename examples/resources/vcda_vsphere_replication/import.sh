# By id
terraform import vcda_vsphere_replication.web H4-2f0e1d3c-5b4a-4968-8776-a5b4c3d2e1f0

# By the name of the destination site and that of the workload
terraform import vcda_vsphere_replication.web site-a/web
