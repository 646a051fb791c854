import { getUiSession as route } from '../../contract/client/ui-session.ts';
import { operation } from '../operation.ts';
import { uiSessionView } from '../../showing/ui-session-view.ts';

export const getUiSession = operation(route, async (context, { caller, query, acceptLanguage, sender }) =>
  uiSessionView(context, caller, { wishedLocales: [query.locale, acceptLanguage], ipAddress: sender.ipAddress }),
);
