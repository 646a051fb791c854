import { Refusal } from '../../contract/errors.ts';

/** Refuses a change after which a tenant would have more than it may. `what` is counted, in words. */
export function refuseMoreThan(max: number, count: number, what: string): void {
  if (count <= max) return;
  throw new Refusal('invalid_request', `A tenant may have ${max.toLocaleString('en')} ${what}, and has them already.`);
}
