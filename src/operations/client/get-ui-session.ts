import { getUiSession as route } from '../../contract/client/ui-session.ts';
import { tokenOperation } from '../operation.ts';
import { uiSessionView } from './ui-session-view.ts';

export const getUiSession = tokenOperation(route, async (context, { caller, query, acceptLanguage }) =>
  uiSessionView(context, caller, [query.locale, acceptLanguage]),
);
