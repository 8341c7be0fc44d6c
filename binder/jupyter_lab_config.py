"""JupyterLab in the image: the settings that `cargo lab` passes on the command line."""

c = get_config()  # noqa: F821, Jupyter defines it
c.LabApp.default_url = "/lab/workspaces/udp"
c.LabApp.extension_manager = "readonly"
c.LabApp.custom_css = True
