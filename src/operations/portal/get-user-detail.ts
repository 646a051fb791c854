import { getUserDetail as route } from '../../contract/portal/people.ts';
import { permits } from '../../contract/portal/roles.ts';
import { Refusal } from '../../contract/errors.ts';
import { isVerified } from '../../core/is-verified.ts';
import { guessSubjects } from '../../counting/guess-subject.ts';
import { loadAuthenticators } from '../../storage/queries/authenticators.ts';
import { listSeenDevices } from '../../storage/queries/devices.ts';
import { loadGuessCounts } from '../../storage/queries/guess-budgets.ts';
import { listUserSessions } from '../../storage/queries/sessions.ts';
import { loadUser } from '../../storage/queries/users.ts';
import { listedUserView } from '../../views/listed-user-view.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { usersAuthenticatorView } from '../../views/users-authenticator-view.ts';
import { usersDeviceView } from '../../views/users-device-view.ts';
import { distinctMethods, wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

export const getUserDetail = operation(route, async (context, { caller: { tenant, roles }, params }) => {
  const { db, runtime } = context;
  const { tenantId } = tenant;
  const { userId } = params;
  const user = await loadUser(db, tenantId, userId);
  if (user === undefined) throw new Refusal('not_found', 'There is no such user.');
  const seesContacts = permits(roles, 'contacts:read');
  const authenticators = await loadAuthenticators(db, tenantId, userId);
  const { owner, subjects } = guessSubjects(tenant, userId, authenticators.filter(isVerified));
  const counts = await loadGuessCounts(db, tenantId, owner, subjects);
  const devices = await listSeenDevices(db, tenantId, userId);
  const sessions = await listUserSessions(db, tenantId, userId, runtime.clock.now());
  return {
    ...listedUserView(user, seesContacts),
    ...omitAbsent({ locale: user.locale, custom: user.custom }),
    areContactsMasked: !seesContacts,
    authenticators: authenticators.map((row) =>
      usersAuthenticatorView(context, row, user.defaultAuthenticatorId, seesContacts),
    ),
    lockedMethods: distinctMethods(
      counts.flatMap(({ isLocked, verificationMethod }) => (isLocked ? [verificationMethod] : [])),
    ),
    devices: devices.map((device) => usersDeviceView(context, device, seesContacts)),
    sessions: sessions.map(({ sessionId, clientId, signedInAt, expiresAt }) => ({
      sessionId,
      clientId,
      signedInAt: wireTime(signedInAt),
      expiresAt: wireTime(expiresAt),
    })),
  };
});
