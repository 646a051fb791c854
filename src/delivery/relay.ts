/**
 * A message goes to the first provider, and to the second only if the first certainly did not take it: in doubt nobody
 * gets two (F19). Who asks again after a doubt is served by the second, because the doubt has opened the breaker.
 */
import type { Clock } from '../runtime/runtime.ts';
import type { Carrier } from './api-provider.ts';
import { openBreaker } from './breaker.ts';
import { DeliveryFailed } from './delivery-failed.ts';

export interface NamedCarrier<Message> {
  /** The provider, as the configuration names it. */
  readonly name: string;
  readonly carrier: Carrier<Message>;
}

/** Who took a message, and what they call it. */
export interface Taken {
  readonly provider: string;
  readonly messageId: string | undefined;
}

export interface Relay<Message> {
  /**
   * `tell` is told of each provider that was asked.
   * @throws {DeliveryFailed} within five seconds if none took it
   */
  send(message: Message, tenantId: string, tell: (provider: string, failure?: DeliveryFailed) => void): Promise<Taken>;
  /** The providers that are passed over now. */
  openBreakers(): readonly string[];
  close(): void;
}

// A user waits for the response (F18).
const wholeMs = 4_500;
// With less left, a provider could not answer in time, and a doubt would be made for nothing.
const leastMs = 1_500;

/** `carriers`: first the one that is asked first. */
export function openRelay<Message>(
  carriers: readonly NamedCarrier<Message>[],
  clock: Pick<Clock, 'steady'>,
): Relay<Message> {
  const providers = carriers.map((one) => ({ ...one, breaker: openBreaker(clock) }));

  /** Who is asked, in turn. If all are passed over, the first is: a person who waits loses nothing by it. */
  function candidates() {
    const closed = providers.filter(({ breaker }) => !breaker.isOpen());
    return closed.length > 0 ? closed : providers.slice(0, 1);
  }

  return {
    async send(message, tenantId, tell) {
      const startedAt = clock.steady();
      let last = new DeliveryFailed('No time is left to ask a provider.', { isRefused: true });
      let wasAnswered = false;
      for (const { name, carrier, breaker } of candidates()) {
        // Whole: timeouts take no fractions.
        const leftMs = Math.floor(startedAt + wholeMs - clock.steady());
        if (leftMs < leastMs) break;
        breaker.beginProbe();
        try {
          const messageId = await carrier.send(message, tenantId, leftMs);
          breaker.answered();
          tell(name);
          return { provider: name, messageId };
        } catch (error) {
          if (!(error instanceof DeliveryFailed)) throw error;
          tell(name, error);
          if (error.isAnswered) breaker.answered();
          else breaker.failed({ mayHaveTaken: !error.isRefused });
          wasAnswered ||= error.isAnswered;
          last = error;
          if (!error.isRefused || error.isOptedOut) break;
        }
      }
      if (last.isAnswered === (wasAnswered && last.isRefused)) throw last;
      throw new DeliveryFailed(last.message, { ...last, isAnswered: wasAnswered && last.isRefused });
    },
    openBreakers: () => providers.filter(({ breaker }) => breaker.isOpen()).map(({ name }) => name),
    close() {
      for (const { carrier } of providers) carrier.close();
    },
  };
}
