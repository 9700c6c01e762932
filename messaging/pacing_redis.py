"""What all processes know together of pace and places: kept in Redis, counted by its clock, in two scripts.

Redis may be emptied, hang or be away at any moment: then `None` is the answer, and it is left alone for a while.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import redis
import structlog
from django.utils.crypto import salted_hmac
from prometheus_client import Counter
from redis.commands.core import Script

from messaging.broker import PAUSE_SECONDS, PROMPT
from messaging.domain import pacing, places
from messaging.domain.pacing import Answer, Pace

log = structlog.get_logger(__name__)

PACING_ALONE = Counter(
    "bonewatch_pacing_alone_total", "Times that Redis could not be asked, and a process kept its own pace."
)
RUNS_KEY = "bonewatch:pacing:runs"
LIMIT_KEY = "bonewatch:pacing:limit"

#: A run that has not spoken for so long is gone.
RUN_ALIVE_SECONDS = 5.0

CLOCK = """
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1000000
"""

#: The same arithmetic as messaging/domain/pacing.py; a test holds one to the other.
BUCKET = f"""
{CLOCK}
local DUST, DEBT, WORTH = {pacing.DUST}, {pacing.LONGEST_DEBT_SECONDS}, {pacing.WORTH_COMING_FOR}
local URGENT_SILENCE, TRY_EVERY = {pacing.LONGEST_URGENT_SILENCE}, {pacing.URGENT_TRY_EVERY}
local what, rate, burst, known = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local kept = redis.call('HMGET', KEYS[1], 'level', 'at', 'silence', 'since', 'tried_at')
local level, at = tonumber(kept[1] or burst), tonumber(kept[2] or now)
local silence = tonumber(kept[3] or 0)
local since = math.min(tonumber(kept[4] or 0), now)
local tried_at = math.min(tonumber(kept[5] or 0), now)
level = math.min(level + math.max(now - at, 0) * rate, burst)

local function left(length)
  return math.max(length - (now - since), 0)
end
local function fitting(many, size)
  if size > burst then return level >= burst - DUST and math.min(many, 1) or 0 end
  return math.min(many, math.max(math.floor((level + DUST) / size), 0))
end

local messages, tokens, again, silenced = 0, 0, 0, 0
if known > left(silence) then silence, since, tried_at = known, now, now end
if what == 'settle' then
  level = math.min(level + tonumber(ARGV[5]), burst)
elseif what == 'take' then
  local urgent, owed = ARGV[5] == '1', ARGV[6] == '1'
  local wait = left(urgent and math.min(silence, URGENT_SILENCE) or silence)
  local until_try = tried_at + TRY_EVERY - now
  if wait > 0 then
    silenced = 1
    if not urgent then
      again = wait
    elseif until_try > 0 then
      again = math.min(wait, until_try)
    else
      messages, tokens, again = 1, tonumber(ARGV[8]), math.min(wait, TRY_EVERY)
      level, tried_at = level - tokens, now
    end
  else
    local rest, stopped = 0, nil
    for i = 7, #ARGV, 2 do
      local many, size = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
      local fit = 0
      if not stopped then fit = owed and many or fitting(many, size) end
      messages, tokens, level = messages + fit, tokens + fit * size, level - fit * size
      rest = rest + (many - fit) * size
      if fit < many and not stopped then stopped = size end
    end
    level = math.max(level, -DEBT * rate)
    if stopped then
      again = math.max(math.min(math.max(stopped, rate * WORTH), rest, burst) - level, 0) / rate
    end
  end
end
level = math.max(level, -DEBT * rate)
local function exact(number) return string.format('%.17g', number) end
redis.call('HSET', KEYS[1], 'level', exact(level), 'at', exact(now), 'silence', exact(silence),
  'since', exact(since), 'tried_at', exact(tried_at))
redis.call('PEXPIRE', KEYS[1], math.ceil(((burst - level) / rate + left(silence) + 60) * 1000))
return {{messages, tokens, exact(again), silenced, exact(left(silence))}}
"""

#: Who is sending, with how many places; and what the carrier bears (messaging/domain/places.py). A newcomer gets
#: what is free until the others, who ask every second, have moved up.
PLACES = f"""
{CLOCK}
local what, runner, urgent = ARGV[1], ARGV[2], ARGV[3]
local top, known = tonumber(ARGV[4]), tonumber(ARGV[5])
local kept = redis.call('HMGET', KEYS[2], 'places', 'at', 'halved_at')
local limit, at = tonumber(kept[1] or top), tonumber(kept[2] or now)
local halved_at = math.min(tonumber(kept[3] or 0), now)
limit = math.min(limit + math.max(now - at, 0) * top / {places.GROWS_IN_SECONDS}, top, known)
if what == 'crowded' and (halved_at == 0 or now - halved_at >= {places.HALVED_AT_MOST_EVERY}) then
  limit, halved_at = limit / 2, now
end
limit = math.max(limit, 1)
local share = 0
if what == 'leave' then redis.call('HDEL', KEYS[1], runner) end
if what == 'join' then
  local all, alike, number, others = 0, 0, 1, 0
  local runs = redis.call('HGETALL', KEYS[1])
  for i = 1, #runs, 2 do
    local kind, held, seen = string.match(runs[i + 1], '^(%d) (%d+) (%S+)$')
    seen = tonumber(seen or 0)
    if seen > now or now - seen > {RUN_ALIVE_SECONDS} then
      redis.call('HDEL', KEYS[1], runs[i])
    elseif runs[i] ~= runner then
      all = all + tonumber(held)
      if kind == urgent then number, alike = number + 1, alike + tonumber(held) else others = others + 1 end
    end
  end
  local whole = math.floor(limit)
  local reserve = math.min({places.RESERVE}, math.floor(whole / 2))
  local free, ours = whole - all, whole
  if urgent == '0' then
    free = math.min(free, whole - reserve - alike)
    ours = whole - reserve
  end
  if others > 0 then ours = math.floor(whole / 2) end
  share = math.max(math.min(math.floor(ours / number), free), 1)
  redis.call('HSET', KEYS[1], runner, string.format('%s %d %.6f', urgent, share, now))
  redis.call('PEXPIRE', KEYS[1], 60000)
end
redis.call('HSET', KEYS[2], 'places', string.format('%.17g', limit), 'at', string.format('%.17g', now),
  'halved_at', string.format('%.17g', halved_at))
redis.call('PEXPIRE', KEYS[2], 60000)
return {{share, string.format('%.17g', limit)}}
"""

#: What Redis says is a little younger than what is remembered of it: echoes must not lengthen a silence.
_ECHO_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Heard:
    """What Redis granted, and for how long it wants this sender silent."""

    answer: Answer
    silence_left: float


class Shared:
    """The one place where processes agree. Every method answers None (or nothing) while Redis is away."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._left_alone_until = -math.inf

    def take(
        self, sender: str, pace: Pace, runs: Sequence[tuple[int, int]], *, urgent: bool, owed_ok: bool, silence: float
    ) -> Heard | None:
        """As domain.pacing.take. `silence`: how long this process knows the sender to be silent, if Redis forgot."""
        known = max(silence - _ECHO_SECONDS, 0.0)
        sizes = [number for run in runs for number in run]
        answer = self._bucket("take", sender, pace, known, int(urgent), int(owed_ok), *sizes)
        if answer is None:
            return None
        messages, tokens, again_in, silenced, left = answer
        return Heard(Answer(messages, tokens, float(again_in), bool(silenced)), float(left))

    def settle(self, sender: str, pace: Pace, unused: int) -> bool:
        """As domain.pacing.given_back."""
        return self._bucket("settle", sender, pace, 0.0, unused) is not None

    def silence(self, sender: str, pace: Pace, seconds: float) -> None:
        """As domain.pacing.silenced."""
        self._bucket("silence", sender, pace, seconds)

    def join(self, runner: str, *, urgent: bool, top: int, known: float) -> tuple[int, float] | None:
        """The share of `runner`, and the limit that all share; `known`: the least that this process knows of."""
        return self._places("join", runner, int(urgent), top, known)

    def leave(self, runner: str, *, top: int) -> None:
        """Strike `runner` out."""
        self._places("leave", runner, 0, top, float(top))

    def crowded(self, *, top: int, known: float) -> float | None:
        """The carrier has said "too many": the limit from now on."""
        answer = self._places("crowded", "", 0, top, known)
        return None if answer is None else answer[1]

    def _bucket(self, what: str, sender: str, pace: Pace, known: float, *more: int) -> list[Any] | None:
        arguments = [what, repr(pace.rate), repr(pace.burst), repr(known), *more]
        return self._ask(self._scripts[0], [_key(sender)], arguments)

    def _places(self, what: str, runner: str, urgent: int, top: int, known: float) -> tuple[int, float] | None:
        answer = self._ask(self._scripts[1], [RUNS_KEY, LIMIT_KEY], [what, runner, urgent, top, repr(known)])
        return None if answer is None else (int(answer[0]), float(answer[1]))

    @cached_property
    def _scripts(self) -> tuple[Script, Script]:
        client = redis.Redis.from_url(
            self._url,
            socket_timeout=PROMPT["socket_timeout"],
            socket_connect_timeout=PROMPT["socket_connect_timeout"],
            health_check_interval=0,
            retry=None,
            protocol=2,
        )
        return client.register_script(BUCKET), client.register_script(PLACES)

    def _ask(self, script: Script, keys: list[str], arguments: list[Any]) -> list[Any] | None:
        if self._clock() < self._left_alone_until:
            return None
        try:
            answer: list[Any] = script(keys=keys, args=arguments)
        except Exception as error:  # noqa: BLE001 - whatever ails Redis or its client, sending goes on without
            self._left_alone_until = self._clock() + PAUSE_SECONDS
            PACING_ALONE.inc()
            log.warning("pacing_alone", error=type(error).__name__)
            return None
        return answer


@cache
def _key(sender: str) -> str:
    """A digest: what lies in Redis, and in its logs, names nobody."""
    return f"bonewatch:pace:{salted_hmac('messaging.pacing', sender).hexdigest()[:32]}"
