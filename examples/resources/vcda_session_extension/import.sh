# The import id is the name of the site. How to authenticate there can't be
# imported: the next apply extends the session with what is configured.
terraform import vcda_session_extension.b site-b
