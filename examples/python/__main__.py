import pulumi
import pulumi_geo_system as geo_system

config = pulumi.Config()
geo = geo_system.WebSocketHost(
    "geo",
    host=config.require("host"),
    host_key=config.require("hostKey"),
    backend_secret_environment={"TOKEN_SECRET": config.require_secret("tokenSecret")},
)
pulumi.export("wssUrl", geo.wss_url)
pulumi.export("testUrl", geo.test_url)
