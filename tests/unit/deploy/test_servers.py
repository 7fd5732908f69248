"""Private servers: they work, survive a kill with their data, and end with all that they started, and only that."""

import asyncio
import subprocess
import sys

import aio_pika

from deploy.local.processes import processes_of
from deploy.local.servers import Mongod, RabbitMQ
from shared import mongo
from tests.support.servers import Private


async def test_a_transaction_works_on_the_database_server(
    mongodb_client: mongo.Client, database: mongo.Database
) -> None:
    async with mongodb_client.start_session() as session:
        await session.with_transaction(lambda inside: database["things"].insert_one({"_id": 1}, session=inside))
    assert await database["things"].count_documents({}) == 1


async def test_a_killed_database_server_returns_with_its_data(private_mongod: Private[Mongod]) -> None:
    server = private_mongod()
    client = mongo.connect(server.url, app="test")
    things = mongo.database(client, "kept")["things"]
    await things.insert_one({"_id": 1})
    server.kill()
    server.start()
    assert await things.find_one({"_id": 1}) == {"_id": 1}
    await client.close()


async def test_a_database_server_takes_its_data_to_another_port(private_mongod: Private[Mongod]) -> None:
    first = private_mongod()
    first.stop()
    with Mongod(first.folder) as second:
        assert second.port != first.port
        client = mongo.connect(second.url, app="test")
        await mongo.database(client, "kept")["things"].insert_one({"_id": 2})
        await client.close()


async def test_a_killed_broker_returns_with_its_persistent_messages(private_rabbitmq: Private[RabbitMQ]) -> None:
    broker = private_rabbitmq()
    await _publish(broker.url, b"kept")
    # RabbitMQ 3.10 writes the register of quorum queues with a delay: a queue declared just before a kill stays dead.
    await asyncio.sleep(2)
    broker.kill()
    broker.start()
    connection = await aio_pika.connect(broker.url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("durable", durable=True, arguments={"x-queue-type": "quorum"})
        message = await queue.get(timeout=10)
        assert message.body == b"kept"
        await message.ack()


async def _publish(url: str, body: bytes) -> None:
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        await channel.declare_queue("durable", durable=True, arguments={"x-queue-type": "quorum"})
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key="durable")


def test_stopping_a_broker_ends_all_that_it_started_and_no_other_process(private_rabbitmq: Private[RabbitMQ]) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    first, second = private_rabbitmq(), private_rabbitmq()
    stamps = first.stamps
    assert sum(len(processes_of(stamp)) for stamp in stamps) >= 3  # epmd, the node, its helpers
    first.stop(remove=True)
    assert [processes_of(stamp) for stamp in stamps] == [[], []]
    assert not first.folder.exists()
    assert second.answers()
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()
