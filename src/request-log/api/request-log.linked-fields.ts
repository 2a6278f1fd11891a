import { BUSINESS_EVENT } from '../../events/business-event.linked-fields';
import { withExample } from '../../graphql/example';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf } from '../../graphql/roles/masked';
import { byId, link, page, pageBelow } from '../../read-plan/linked-field';
import { linkedFields, rootFields } from '../../read-plan/linked-fields';
import { rowList, rowType } from '../../read-plan/row-type';
import { USER } from '../../users/user.linked-fields';
import { READERS } from '../../viewer';
import { WEBHOOK } from '../../webhooks/api/webhook.linked-fields';
import { REQUEST_LOG, requestsById } from '../request-log.store';
import { listedRequests, RequestLogListArgs } from './request-log.inputs';
import { RequestLogConnection, RequestLogType } from './request-log.type';

export const WEBHOOK_REQUEST_LOG = rowType('WebhookRequestLog', () => RequestLogType, REQUEST_LOG, requestsById);

export const requestList = rowList(WEBHOOK_REQUEST_LOG, {
  connection: () => RequestLogConnection,
  args: () => RequestLogListArgs,
  listQuery: (args, context) => listedRequests(masksOf(context).seesAll, args),
});

export const requestLogLinkedFields = [
  rootFields({
    webhookRequestLog: byId(WEBHOOK_REQUEST_LOG, 'The id of the request, `req_...`.', {
      access: HasRole(...READERS),
      description: withExample(
        'The request with this id; null: there is none.',
        '{ webhookRequestLog(id: "req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { status error response webhook { name } user ' +
          '{ name } } }',
      ),
    }),
    webhookRequestLogs: page(requestList, {
      access: HasRole(...READERS),
      description: withExample(
        'The Webhook Request Log: all requests to and from partners, newest first.',
        '{\n  webhookRequestLogs(where: { referenceDocument: { eq: "INV-0042" } }) {\n' +
          '    nodes { startedAt status error webhook { name } }\n  }\n}',
      ),
    }),
  }),
  linkedFields(WEBHOOK_REQUEST_LOG, {
    webhook: link(WEBHOOK, 'webhookId', 'The webhook to which the request belongs.'),
    user: link(USER, 'userId', 'The user who triggered the request; null if it is not known.'),
    businessEvent: link(
      BUSINESS_EVENT,
      'businessEventId',
      'The event that was sent; INCOMING: that the call became, null if it became none.',
    ),
  }),
  linkedFields(WEBHOOK, {
    requests: pageBelow(requestList, 'webhook_id', { description: 'Requests of this webhook, newest first.' }),
  }),
  linkedFields(USER, {
    requests: pageBelow(requestList, 'user_id', { description: 'Requests that this user triggered, newest first.' }),
  }),
  linkedFields(BUSINESS_EVENT, {
    requests: pageBelow(requestList, 'business_event_id', {
      description: 'Requests that sent this event (OUTGOING), and calls that reported it (INCOMING), newest first.',
    }),
  }),
];
