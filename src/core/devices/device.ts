/** What happens to a device apart from actions. Pure: the row as it is afterwards. */

export interface Remembrance {
  readonly rememberedUntil: number | null;
  /** SHA-256 of the secret in the cookie of the page that remembered it; null if no page did. */
  readonly cookieHash: Buffer | null;
  /** The number of the newest cookie. */
  readonly cookieGeneration: number;
  /** When each of the three cookies before was replaced, newest first. */
  readonly cookieRotatedAt: readonly number[];
}

/** Whether pages offer to remember devices, and for how many days. */
export interface RememberedFor {
  readonly isEnabled: boolean;
  readonly days: number;
}

interface Validity {
  readonly authenticatedAt: number | null;
  readonly invalidatedAt: number | null;
}

/** Whether its user has verified from it, and it was not invalidated since. */
export function isKnown({ authenticatedAt, invalidatedAt }: Validity): boolean {
  return authenticatedAt !== null && (invalidatedAt === null || invalidatedAt < authenticatedAt);
}

/** Whether it is remembered now. */
export function isRemembered(device: Validity & Pick<Remembrance, 'rememberedUntil'>, nowMs: number): boolean {
  const { rememberedUntil, authenticatedAt, invalidatedAt } = device;
  const isValid = invalidatedAt === null || (authenticatedAt !== null && invalidatedAt < authenticatedAt);
  return isValid && rememberedUntil !== null && nowMs < rememberedUntil;
}

/** No longer remembered; the cookie of its page is worth nothing. */
export function forgotten<Device extends Remembrance>(device: Device): Device {
  return { ...device, rememberedUntil: null, cookieHash: null };
}

/** New from now on, until its user verifies from it again. One that is new already keeps its time. */
export function invalidated<Device extends Remembrance & Validity>(device: Device, nowMs: number): Device {
  const { invalidatedAt, authenticatedAt } = device;
  const isAlready = invalidatedAt !== null && (authenticatedAt === null || authenticatedAt <= invalidatedAt);
  return { ...forgotten(device), invalidatedAt: isAlready ? invalidatedAt : nowMs };
}
