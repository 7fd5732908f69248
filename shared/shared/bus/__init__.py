"""The message bus: events and calls over RabbitMQ. The only package that imports aio_pika."""

from shared.bus.connection import Bus
from shared.bus.consumer import Follower, Operation, OwnEvents, Reply, Subscription
from shared.bus.envelope import Delivery, event_id

__all__ = ["Bus", "Delivery", "Follower", "Operation", "OwnEvents", "Reply", "Subscription", "event_id"]
