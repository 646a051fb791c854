import { showHelp as route } from '../../contract/pages/help.ts';
import { helpPage } from '../../showing/help-page.ts';
import { operation } from '../operation.ts';

/** The same for every link: only the browser knows its secret, and nothing is used up before the user presses the button. */
export const showHelp = operation(route, (context, request) => helpPage(context, request, 'take'));
