import { showHelpStop as route } from '../../contract/pages/help.ts';
import { helpPage } from '../../showing/help-page.ts';
import { operation } from '../operation.ts';

export const showHelpStop = operation(route, (context, request) => helpPage(context, request, 'stop'));
