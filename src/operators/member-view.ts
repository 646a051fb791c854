import type { MemberRow } from '../storage/queries/memberships.ts';
import { omitAbsent } from '../views/omit-absent.ts';
import { wireTime } from '../views/wire-values.ts';

/** A member of the team as the API shows it. */
export function memberView(row: MemberRow, nowMs: number) {
  const { operatorId, email, name, roles, createdAt, activatedAt, invitedUntil, seenAt } = row;
  return {
    operatorId,
    email,
    name,
    roles: [...roles],
    createdAt: wireTime(createdAt),
    isActive: activatedAt !== null,
    ...omitAbsent({
      invitedUntil: invitedUntil === null || invitedUntil <= nowMs ? undefined : wireTime(invitedUntil),
      seenAt: seenAt === null ? undefined : wireTime(seenAt),
    }),
  };
}
