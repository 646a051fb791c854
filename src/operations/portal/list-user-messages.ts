import { Refusal } from '../../contract/errors.ts';
import { listUserMessages as route } from '../../contract/portal/people.ts';
import { permits } from '../../contract/portal/roles.ts';
import { maskEmail, maskPhoneNumber } from '../../core/authenticators/mask-contact.ts';
import { isVerified } from '../../core/is-verified.ts';
import { listMessagesOfUser } from '../../storage/queries/challenges/sends.ts';
import type { SentMessage } from '../../storage/queries/challenges/sends.ts';
import { listNoticesOfUser } from '../../storage/queries/outbox.ts';
import { loadUser } from '../../storage/queries/users.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { distinctMethods, wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

export const listUserMessages = operation(route, async ({ db, runtime }, { caller, params: { userId } }) => {
  const { tenant, roles } = caller;
  const { tenantId } = tenant;
  if ((await loadUser(db, tenantId, userId)) === undefined) throw new Refusal('not_found', 'There is no such user.');
  const seesContacts = permits(roles, 'contacts:read');
  const shown = (to: string | null, mask: (to: string) => string) => (to === null || seesContacts ? to : mask(to));
  const codes = await listMessagesOfUser(db, tenantId, userId, runtime.clock.now());
  const notices = await listNoticesOfUser(db, tenantId, userId);
  const listed = [
    ...codes.map((code) => ({
      atMs: code.createdAt,
      kind: 'CODE' as const,
      verificationMethod: distinctMethods([code.verificationMethod])[0],
      to: shown(code.email, maskEmail) ?? shown(code.phoneNumber, maskPhoneNumber),
      outcome: outcomeOf(code),
      isUsed: isVerified(code),
    })),
    ...notices.map(({ createdAt, deliveredAt, failedAt, to }) => ({
      atMs: createdAt,
      kind: 'NOTICE' as const,
      verificationMethod: null,
      to: shown(to, maskEmail),
      outcome:
        deliveredAt === null ? (failedAt === null ? ('UNDER_WAY' as const) : ('FAILED' as const)) : ('SENT' as const),
      isUsed: false,
    })),
  ];
  return listed
    .toSorted((one, other) => other.atMs - one.atMs)
    .map(({ atMs, ...message }) => ({ ...omitAbsent(message), at: wireTime(atMs) }));
});

function outcomeOf({ report, isWithheld, isOut }: SentMessage) {
  if (isWithheld) return 'WITHHELD' as const;
  if (isOut) return 'UNDER_WAY' as const;
  if (report === null) return 'SENT' as const;
  return report === 'delivered' ? ('DELIVERED' as const) : ('NOT_DELIVERED' as const);
}
