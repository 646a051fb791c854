import { getUiSession as route } from '../../contract/client/ui-session.ts';
import { operation } from '../operation.ts';
import { uiSessionView } from '../../showing/ui-session-view.ts';

export const getUiSession = operation(route, async (context, { caller, query, acceptLanguage }) =>
  uiSessionView(context, caller, [query.locale, acceptLanguage]),
);
