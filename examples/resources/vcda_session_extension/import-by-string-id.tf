import {
  to = vcda_session_extension.b
  id = "site-b"
}
