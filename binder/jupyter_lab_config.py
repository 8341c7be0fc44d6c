"""JupyterLab in the image: what `cargo lab` asks of it on the command line."""

c = get_config()  # noqa: F821, Jupyter defines it
c.LabApp.default_url = "/lab/workspaces/udp"
c.LabApp.extension_manager = "readonly"
c.LabApp.custom_css = True
