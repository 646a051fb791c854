import { Refusal } from '../contract/errors.ts';
import { stepUpMs } from '../core/operators/session-periods.ts';
import type { OperatorCaller } from './caller.ts';
import type { Context } from './context.ts';

/** Refuses what is dangerous from a session whose last proof was long ago. @throws {Refusal} `step_up_required` */
export function requireFreshProof(
  { runtime }: Pick<Context, 'runtime'>,
  { provedAtMs }: Pick<OperatorCaller, 'provedAtMs'>,
): void {
  if (runtime.clock.now() - provedAtMs < stepUpMs) return;
  throw new Refusal('step_up_required', 'Prove again who you are, then repeat the call.');
}
