#!/bin/sh
# RabbitMQ of the distribution, with STOMP and MQTT over WebSocket. $1: the password of user geo-system.
set -eu
sudo apt-get install -y -q --no-install-recommends rabbitmq-server
sudo install -m 0644 rabbitmq.conf /etc/rabbitmq/rabbitmq.conf
sudo systemctl stop rabbitmq-server
sudo rabbitmq-plugins enable --offline rabbitmq_web_stomp rabbitmq_web_mqtt
sudo systemctl start rabbitmq-server
sudo rabbitmqctl await_startup
sudo rabbitmqctl add_user geo-system "$1"
sudo rabbitmqctl set_permissions -p / geo-system '.*' '.*' '.*'
