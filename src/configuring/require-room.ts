import { Refusal } from '../contract/errors.ts';

/** Refuses a change after which a tenant would have more than its quota. `what` says in words what is counted. */
export function requireRoom(max: number, count: number, what: string): void {
  if (count <= max) return;
  throw new Refusal('invalid_request', `A tenant may have ${max.toLocaleString('en')} ${what}, and has them already.`);
}
