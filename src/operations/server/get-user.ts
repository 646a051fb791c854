import { getUser as route } from '../../contract/server/users.ts';
import { loadUser } from '../../storage/queries/users.ts';
import { operation } from '../operation.ts';
import { usableMethods } from '../../telling/usable-methods.ts';
import { distinctMethods } from '../../views/wire-values.ts';
import { userView } from '../../views/user-views.ts';

export const getUser = operation(route, async (context, { caller: { tenant }, params }) => {
  const usable = usableMethods(context, tenant);
  const user = await loadUser(context.db, tenant.tenantId, params.userId);
  if (user !== undefined) return userView(user, usable);
  // An unknown user is one without authenticators: SDKs read users straight after deleting them.
  return {
    userId: params.userId,
    isEnrolled: false,
    emailVerified: false,
    phoneNumberVerified: false,
    enrolledVerificationMethods: [],
    allowedVerificationMethods: distinctMethods(usable),
  };
});
