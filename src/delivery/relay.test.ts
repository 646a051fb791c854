/** Worry: a second provider sends what the first may have sent, or a person waits for two of them. */
import { expect, test } from 'vitest';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { DeliveryFailed } from './delivery-failed.ts';
import type { Failure } from './delivery-failed.ts';
import { openRelay } from './relay.ts';

const refused: Failure = { isRefused: true, isAnswered: true };
const unreachable: Failure = { isRefused: true };
const doubtful: Failure = { isRefused: false };

/** Providers A and B, that answer as they are told after a while, on a clock that the test moves. */
function world() {
  const time = { ms: 0 };
  const asked: string[] = [];
  const answers: Record<string, Failure | undefined> = {};
  const takesMs: Record<string, number> = {};
  const carrier = (name: string) => ({
    name,
    carrier: {
      async send() {
        asked.push(name);
        time.ms += takesMs[name] ?? 0;
        const failure = answers[name];
        if (failure !== undefined) throw new DeliveryFailed(name, failure);
        return `${name} 1`;
      },
      close: () => undefined,
    },
  });
  const relay = openRelay([carrier('A'), carrier('B')], { steady: () => time.ms });
  const send = () => relay.send('message', 'a tenant', () => undefined);
  return { time, asked, answers, takesMs, relay, send };
}

test('F18: providers get whole milliseconds from the system’s own clock, because a timeout takes no fraction', async () => {
  const given: (number | undefined)[] = [];
  const carrier = {
    async send(_message: string, _tenantId: string, msMax?: number) {
      given.push(msMax);
      AbortSignal.timeout(msMax ?? 0);
      return undefined;
    },
    close: () => undefined,
  };
  const { clock } = systemRuntime();
  for (let count = 0; count < 20; count += 1) {
    await openRelay([{ name: 'A', carrier }], clock).send('message', 'a tenant', () => undefined);
  }
  expect(given.every((ms) => Number.isInteger(ms) && Number(ms) > 4_000)).toBe(true);
});

test.each([
  ['refuses', refused],
  ['is unreachable', unreachable],
])('the second is asked if the first %s', async (_what, failure) => {
  const { answers, send, asked } = world();
  answers['A'] = failure;
  expect(await send()).toEqual({ provider: 'B', messageId: 'B 1' });
  expect(asked).toEqual(['A', 'B']);
});

test('F19: the second is not asked after a doubt, nor for a person who wants no messages', async () => {
  const { answers, send, asked } = world();
  answers['A'] = doubtful;
  await expect(send()).rejects.toMatchObject({ isRefused: false });
  expect(asked).toEqual(['A']);
  const other = world();
  other.answers['A'] = { ...refused, isOptedOut: true };
  await expect(other.send()).rejects.toMatchObject({ isOptedOut: true });
  expect(other.asked).toEqual(['A']);
});

test('after a doubt the second is asked alone for half a minute, and then one send tries the first again', async () => {
  const { time, answers, send, asked, relay } = world();
  answers['A'] = doubtful;
  await send().catch(() => undefined);
  expect(relay.openBreakers()).toEqual(['A']);
  await send();
  time.ms += 30_000;
  const trying = send().catch(() => undefined);
  // While that one is out, another does not wait for the same answer.
  await send();
  await trying;
  expect(asked).toEqual(['A', 'B', 'A', 'B']);
  answers['A'] = undefined;
  time.ms += 30_000;
  await send();
  await send();
  expect(asked.slice(4)).toEqual(['A', 'A']);
});

test('a message that is refused says nothing against the provider', async () => {
  const { answers, send, asked } = world();
  answers['A'] = refused;
  for (let count = 0; count < 5; count += 1) await send();
  expect(asked.filter((name) => name === 'A')).toHaveLength(5);
});

test('F18: the second is not begun where it could not answer in five seconds', async () => {
  const { answers, takesMs, send, asked } = world();
  answers['A'] = unreachable;
  takesMs['A'] = 3_500;
  await expect(send()).rejects.toMatchObject({ isRefused: true });
  expect(asked).toEqual(['A']);
});

test('if both fail, nobody has it; what one of them said of the recipient is not forgotten', async () => {
  const { answers, send } = world();
  answers['A'] = refused;
  answers['B'] = unreachable;
  await expect(send()).rejects.toMatchObject({ isRefused: true, isAnswered: true });
});

test('if both are passed over, the first is asked', async () => {
  const { answers, send, asked } = world();
  answers['A'] = doubtful;
  answers['B'] = doubtful;
  await send().catch(() => undefined);
  await send().catch(() => undefined);
  await send().catch(() => undefined);
  expect(asked).toEqual(['A', 'B', 'A']);
});
