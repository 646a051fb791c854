import { getOperatorSession as route } from '../../contract/portal/session.ts';
import { sessionView } from '../../operators/session-view.ts';
import { operation } from '../operation.ts';

// eslint-disable-next-line @typescript-eslint/require-await -- the caller was read from the database already
export const getOperatorSession = operation(route, async (context, { caller }) => sessionView(context, caller));
