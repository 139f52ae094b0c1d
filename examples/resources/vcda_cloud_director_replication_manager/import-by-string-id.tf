import {
  to = vcda_cloud_director_replication_manager.a
  id = "5fd06dbd-ccab-4db8-9067-39575137028c"
}
