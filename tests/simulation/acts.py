"""What happens to a small world, step by step: what its users do, what its disk does, and what goes wrong."""

from collections.abc import Callable

from tests.simulation.answers import Answers
from tests.simulation.books import Account
from tests.simulation.ground import HOUR, SCOPE

from millrace.core import limits
from millrace.streams import log
from millrace.streams.stream import HASH_END, Shard, Stream
from millrace.triggers import catalog, past
from millrace.triggers.attendance import Wish
from millrace.triggers.delivery import Signal

PARTITIONS = 8
# Spread over the shards' ranges as well as over any number of lanes.
HASHES = tuple(HASH_END // PARTITIONS * one + 5 * one + 1 for one in range(PARTITIONS))
DATA = tuple(f"INSERT KEYS_ONLY 0 0 - {value:x}\n{{}}\n\n".encode() for value in HASHES)

Act = Callable[[Answers], None]


def go_on(world: Answers) -> None:
    world.go_on()


# Records, and time.


def write(world: Answers) -> None:
    chance = world.chance
    touched: set[str] = set()
    if world.live.disabled is not None or not world.live.shards:
        return
    for _ in range(chance.pick((1, 1, 2, 3, 7))):
        partition = chance.below(PARTITIONS)
        shard = world.live.route(HASHES[partition])
        world.disk.append(shard.journal, DATA[partition])
        shelf = world.shelves[shard.id]
        shelf.created.append(max(shelf.created[-1], world.now - chance.pick((0.0, 0.0, 0.5))))
        shelf.partitions.append(HASHES[partition])
        shelf.kinds.append(chance.below(12) + 1)
        touched.add(shard.id)
    for lane in world.everybody:
        if lane.shard.id in touched:
            lane.kick()


def pass_time(world: Answers) -> None:
    world.now += world.chance.pick((0.001, 0.1, 1, 30, 70))


def jump(world: Answers) -> None:
    """The clock jumps, and the streams' retention sees to its day."""
    world.now += world.chance.pick((1, 5, 25)) * HOUR
    if world.chance.odds(800):
        if world.live.arn != world.stream.arn:
            sweep(world, world.live)
        sweep(world, world.stream)


def sweep(world: Answers, stream: Stream) -> None:
    before = world.now - limits.stream_retention_seconds
    if stream.disabled is not None and stream.disabled <= before:
        over = stream.shards
    else:
        over = tuple(shard for shard in stream.shards if is_over(world, shard, before))
    if not over:
        return
    kept = log.remove(world.disk, stream, over, past.farewell)
    if stream.arn == world.stream.arn:
        bid_farewell(world, over)
    world.note_stream(kept)
    if len(over) == len(stream.shards):
        log.drop(world.disk, kept, past.farewell)
    world.stale = True


def is_over(world: Answers, shard: Shard, before: float) -> bool:
    """Whether it was closed a day ago, and has nothing any more."""
    shelf = world.shelves[shard.id]
    world.disk.trim(shard.journal, sum(created <= before for created in shelf.created) - 1)
    over = shard.end is not None and (shard.closed or 0.0) <= before
    return over and world.disk.floor(shard.journal) == shelf.head


def bid_farewell(world: Answers, over: tuple[Shard, ...]) -> None:
    """The shards' accounts are closed: what was pending of them is trimmed."""
    world.claims["farewells"] += len(over)
    gone = {shard.id for shard in over}
    for shard_id in gone:
        account = world.accounts.get(shard_id)
        if account is None:
            account = world.accounts[shard_id] = Account(world.shelves[shard_id], 0)
        account.is_closed = True
        for reason, count in account.totals.items():
            world.rows_before[reason] += count
        world.rows_before["trimmed"] += account.shelf.head - account.start - len(account.fates)
    # Who is at work on them does not know yet.
    for lane in world.everybody:
        if lane.shard.id in gone:
            lane.is_over = lane.is_cut_off = True
    kept = past.load(world.disk, world.mapping.uuid)
    counted = {**kept.discarded, "delivered": kept.delivered, "filtered": kept.filtered}
    there_were = {reason: count for reason, count in world.rows_before.items() if count}
    counted = {reason: count for reason, count in counted.items() if count}
    assert counted == there_were, f"of the past are kept {counted}, there were {there_were}"
    assert sum(counted.values()) == kept.records


def trim(world: Answers) -> None:
    shard = world.chance.pick(world.stream.shards) if world.stream.shards else None
    if shard is not None:
        world.disk.trim(shard.journal, world.chance.below(world.shelves[shard.id].head + 1))


def trim_unread(world: Answers) -> None:
    """Records go before anybody had the time to read them."""
    write(world)
    trim(world)


# Shards and streams.


def end_shard(world: Answers) -> None:
    if world.live.open_shards:
        shard = world.chance.pick(world.live.open_shards)
        way = log.split if world.chance.odds(500) else log.roll
        world.note_stream(way(world.disk, world.live, shard, world.now))
        world.stale = True


def toggle_stream(world: Answers) -> None:
    """A stream is disabled; one that is enabled again is another one, and its mapping stays with the old one."""
    if world.live.disabled is not None:
        stream = world.live
        world.live = log.create(world.disk, SCOPE, stream.table, stream.view, (), world.now)
        world.note_stream(world.live)
        world.claims["streams anew"] += 1
        if world.chance.odds(300):
            replace_mapping(world)
    elif world.chance.odds(200):
        log.disable(world.disk, world.live.arn, world.now)
        found = log.describe(world.disk, world.live.arn)
        assert found is not None
        world.note_stream(found)
    world.stale = True


# Settings.


def reconfigure(world: Answers) -> None:
    """Other settings: all of them, or one; mostly the supervisor is woken before anything else happens."""
    fresh = world.settings()
    if world.chance.odds(300):
        name = world.chance.pick(tuple(fresh))
        fresh = {name: fresh[name], "lanes": fresh["lanes"] if name == "lanes" else world.mapping.lanes}
        if fresh.get("tumbling_seconds", world.mapping.tumbling_seconds):
            fresh["lanes"] = 1
    if world.chance.odds(100):
        fresh["function"] = world.chance.pick(("ship", "send"))
        world.retries = True
    world.update(**fresh)
    world.stale = True


def toggle(world: Answers) -> None:
    world.update(enabled=not world.mapping.enabled)
    world.stale = True


def toggle_permission(world: Answers) -> None:
    world.missing = "" if world.missing else "dynamodb:GetRecords"
    world.stale = True


def touch(world: Answers) -> None:
    """The function is updated: a waiting batch may pass now."""
    world.retries = world.stale = True


def delete(world: Answers) -> None:
    if world.chance.odds(300):
        replace_mapping(world)


def replace_mapping(world: Answers) -> None:
    """The mapping goes, and another comes. Who is at work for the old one cannot save any more."""
    world.claims["deleted"] += 1
    cut_off(world, None)
    catalog.remove(world.disk, world.mapping)
    past.remove(world.disk, world.mapping.uuid)
    world.make_mapping()
    world.stale = True


def cut_off(world: Answers, shard_id: str | None) -> None:
    """Those at work on a shard, or all, are another process's now, which has lost its rows."""
    known = world.attendance
    if known is None:
        return
    for key in [key for key in known.tasks if shard_id in (None, key[0])]:
        lane = known.runners.pop(key, None)
        del known.tasks[key]
        if lane is not None:
            world.forget_calls(lane)
            lane.is_over = lane.is_cut_off = True
            world.cut_off.append(lane)
    world.resting = [key for key in world.resting if shard_id not in (None, key[0])]
    world.stale = True
    if shard_id is None:
        world.attendance = None


# Faults.


def crash(world: Answers) -> None:
    world.crash()


def stop(world: Answers) -> None:
    """The server stops, and waits a little for what is in flight."""
    world.claims["stops"] += 1
    for lane in world.lanes:
        lane.tell(Signal.DISABLE)
    for _ in range(world.chance.below(4)):
        world.hear()
        busy = [lane for lane in world.lanes if lane.call is not None]
        if busy:
            world.answer_call(world.chance.pick(busy))
    world.crash()


def fault(world: Answers) -> None:
    if world.lanes:
        world.fail(world.chance.pick(world.lanes))


def fill_disk(world: Answers) -> None:
    """Nobody can save any more; once there is room again the settings may be others."""
    for lane in world.lanes:
        world.fail(lane)
    if world.chance.odds(500):
        reconfigure(world)


def rival(world: Answers) -> None:
    """Another process takes a shard's rows: those at work on it do not know, and cannot save any more."""
    known = world.attendance
    if known is not None and known.runners:
        shard = world.chance.pick(world.lanes).shard
        world.owner += 1
        cut_off(world, shard.id)
        world.fulfil(known, [Wish(known.target.mapping, shard, None)])


_WEIGHTS: tuple[tuple[int, Act], ...] = (
    (60, go_on),
    (24, write),
    (9, pass_time),
    (4, reconfigure),
    (3, toggle),
    (3, toggle_permission),
    (3, touch),
    (2, jump),
    (1, crash),
    (1, fault),
    (1, fill_disk),
    (1, stop),
    (1, trim),
    (1, trim_unread),
    (2, end_shard),
    (1, rival),
    (1, delete),
    (1, toggle_stream),
)
ACTS: tuple[Act, ...] = tuple(act for weight, act in _WEIGHTS for _ in range(weight))
FAVOURITES = tuple(dict.fromkeys(ACTS))
# What may happen while the supervisor is at it.
BETWEEN: tuple[Act, ...] = (
    *(reconfigure, go_on) * 4,
    *(toggle, toggle_permission, end_shard, write, trim, delete, toggle_stream, jump, crash),
)
