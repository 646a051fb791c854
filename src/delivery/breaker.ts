import type { Clock } from '../runtime/runtime.ts';

/** Whether a provider is worth asking, by how it answered this node of late. */
export interface Breaker {
  /** Whether it should be passed over while another provider can be asked. */
  isOpen(): boolean;
  /** One send goes through and shows whether the provider is back: the others wait for its result. */
  beginProbe(): void;
  answered(): void;
  /** `mayHaveTaken`: it may have taken a message and did not say so; another must not be lost like this. */
  failed(how: { readonly mayHaveTaken: boolean }): void;
}

const openMs = 30_000;
// As long as a send can take.
const probeMs = 5_000;
// A connection may be refused once for no reason; nothing is lost by it, because nothing was sent.
const failuresToOpen = 3;

export function openBreaker(clock: Pick<Clock, 'steady'>): Breaker {
  let failures = 0;
  let openUntilMs = -Infinity;
  return {
    isOpen: () => clock.steady() < openUntilMs,
    beginProbe() {
      if (openUntilMs > -Infinity) openUntilMs = clock.steady() + probeMs;
    },
    answered() {
      failures = 0;
      openUntilMs = -Infinity;
    },
    failed({ mayHaveTaken }) {
      failures += 1;
      if (mayHaveTaken || failures >= failuresToOpen || openUntilMs > -Infinity) openUntilMs = clock.steady() + openMs;
    },
  };
}
