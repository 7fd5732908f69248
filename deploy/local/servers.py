"""The private servers in one place; see `server`, `mongod`, `rabbitmq`."""

from deploy.local.mongod import Mongod, becomes_primary, mongod_binary
from deploy.local.rabbitmq import RabbitMQ, greets, rabbitmq_script
from deploy.local.server import Server, ServerFailed, ServerMissing

__all__ = [
    "Mongod",
    "RabbitMQ",
    "Server",
    "ServerFailed",
    "ServerMissing",
    "becomes_primary",
    "greets",
    "mongod_binary",
    "rabbitmq_script",
]
