"""The same job as people write it for pyinfra, with its own operations; what they do not know (ufw, npm, pm2) is a command."""

import atexit
import os
import subprocess
import tempfile

from pyinfra import config, host
from pyinfra.facts.files import File
from pyinfra.facts.server import Command
from pyinfra.operations import apt, files, server, systemd
from pyinfra.operations.util import any_changed

config.SUDO = True


def archive(source):
    """The same bytes for the same files."""
    fixed = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"]
    path = f"{tempfile.gettempdir()}/bench-release-{os.getpid()}.tar"
    subprocess.run(["tar", "-c", *fixed, "-f", path, "-C", source, "."], check=True)
    atexit.register(os.remove, path)
    return path


home, user = "/srv/geo-backend", "ubuntu"
as_user = {"_sudo_user": user, "_env": {"HOME": f"/home/{user}", "PATH": "/usr/local/bin:/usr/bin:/bin"}}

apt.packages(
    name="packages",
    packages=["nginx", "ufw", "curl"],
    no_recommends=True,
    update=True,
    cache_time=86400,
)

if not host.get_fact(File, path="/usr/local/bin/pm2"):
    server.script(name="node and pm2", src="node.sh", args=[host.data.node, host.data.npm, host.data.pm2])

# pyinfra asks before it installs anything.
if "443/tcp" not in (host.get_fact(Command, "ufw status || true # a bare host has no ufw yet") or ""):
    server.shell(
        name="firewall",
        commands=[
            *(f"ufw allow {port}/tcp" for port in (22, 80, 443)),
            "ufw default deny incoming",
            "ufw --force enable",
        ],
    )

if not host.get_fact(File, path="/etc/ssl/private/geo.key"):
    server.shell(
        name="certificate",
        commands=[
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365"
            f" -subj /CN={host.name} -addext subjectAltName=IP:{host.name}"
            " -keyout /etc/ssl/private/geo.key -out /etc/ssl/certs/geo.crt"
        ],
    )

site = files.template(
    name="site",
    src="site.j2",
    dest="/etc/nginx/sites-available/geo-system",
    mode="644",
    timeout=host.data.timeout,
)
enabled = files.link(
    name="site, enabled",
    path="/etc/nginx/sites-enabled/geo-system",
    target="../sites-available/geo-system",
)
welcome = files.link(name="welcome page", path="/etc/nginx/sites-enabled/default", present=False)

files.directory(name="folder of the backend", path=home, user=user, mode="755")
# Compared by its hash, and uploaded only where that differs: a tenth of what files.sync over the tree costs.
release = files.put(name="release", src=archive(host.data.source), dest=f"{home}/release.tar", user=user)
ecosystem = files.template(
    name="ecosystem file",
    src="ecosystem.j2",
    dest=f"{home}/ecosystem.config.cjs",
    user=user,
    mode="600",
    home=home,
    secret=host.data.secret,
)

systemd.service(name="nginx runs", service="nginx", running=True, enabled=True)
systemd.service(
    name="reload nginx",
    service="nginx",
    reloaded=True,
    _if=any_changed(site, enabled, welcome),
)
server.shell(
    name="unpack, dependencies",
    commands=[
        f"mkdir -p {home}/app && tar -xf {home}/release.tar -C {home}/app"
        f" && cd {home}/app && npm ci --omit=dev --silent --no-audit --no-fund"
    ],
    _if=release.did_change,
    **as_user,
)
server.shell(
    name="restart backend",
    commands=[f"pm2 startOrReload {home}/ecosystem.config.cjs && pm2 save"],
    _if=any_changed(release, ecosystem),
    **as_user,
)
