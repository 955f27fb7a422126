#!/bin/bash
# Runs once inside a new root file system: what a cloud provider did to the image of an ordinary server.
# Nothing that the package under test installs by itself belongs here.
set -euo pipefail

useradd --create-home --shell /bin/bash --groups adm,sudo ubuntu
install -d -m 0700 -o ubuntu -g ubuntu /home/ubuntu/.ssh
echo 'ubuntu ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/90-cloud-init-users
chmod 0440 /etc/sudoers.d/90-cloud-init-users
echo 'PasswordAuthentication no' >/etc/ssh/sshd_config.d/60-cloudimg-settings.conf
echo 'LANG=C.UTF-8' >/etc/default/locale

systemctl --quiet enable systemd-networkd.service
# There is no console to log in at, and no disk to trim.
systemctl --quiet mask console-getty.service getty.target fstrim.timer

# Each host gets its own keys and identity, and fetches the package lists itself.
rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub
truncate -s 0 /etc/machine-id
apt-get clean
find /var/lib/apt/lists -type f -delete
