#!/bin/sh
# Mosquitto of the distribution. $1: the password of user geo-system.
set -eu
sudo apt-get install -y -q --no-install-recommends mosquitto
sudo mosquitto_passwd -c -b /etc/mosquitto/passwords geo-system "$1"
sudo install -m 0600 -o mosquitto acl /etc/mosquitto/acl
sudo chown mosquitto /etc/mosquitto/passwords
sudo install -m 0644 mosquitto.conf /etc/mosquitto/conf.d/listeners.conf
sudo systemctl restart mosquitto
