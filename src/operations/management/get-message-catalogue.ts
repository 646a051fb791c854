import { getMessageCatalogue as route } from '../../contract/management/message-overrides.ts';
import { messageCatalogueVersion, messagePoints, messageScreens } from '../../texts/message-catalogue.ts';
import { operation } from '../operation.ts';

export const getMessageCatalogue = operation(route, async () => ({
  catalogVersion: messageCatalogueVersion,
  screens: [...messageScreens],
  points: messagePoints.map((point) => ({
    ...point,
    products: ['prebuilt-ui'],
    allowedPlaceholders: [...point.allowedPlaceholders],
    allowedTags: [...point.allowedTags],
  })),
}));
