// The content that a caller orders to erase, or to export for a person.

import { Field, ID, InputType } from 'type-graphql';
import { faultsBelow, inputError } from '../../errors/errors';
import { firstRequests } from '../../evidence/exporting/filtered-rows.store';
import { checkInput, OneOf, ShortText } from '../../graphql/arguments/check-input';
import { RequestLogWhere } from '../../request-log/api/request-log.inputs';
import { conditionOfInput } from '../../request-log/export/request-export';
import type { Db } from '../../sql/db';
import { uuidOf } from '../../values/ids';
import { type ErasureTarget, MAX_TARGETS } from '../erasing/order-erasure';

/** One of them. */
export interface GivenTarget {
  businessDocument?: { documentType: string; name: string };
  userId?: string;
  where?: Parameters<typeof conditionOfInput>[1];
}

/**
 * @param seesAll whether nothing is masked from the viewer. @param path of the target in the input
 * @throws InputError
 */
export async function targetOf(
  db: Db,
  seesAll: boolean,
  { businessDocument, userId, where }: GivenTarget,
  path: readonly string[] = ['target'],
): Promise<ErasureTarget> {
  if (businessDocument) {
    const field = [...path, 'businessDocument'];
    checkInput(businessDocument, field);
    const { documentType, name } = businessDocument;
    return { kind: 'DOCUMENT', documentType, name, field: [...field, 'name'] };
  }
  if (userId !== undefined) {
    const field = [...path, 'userId'];
    const id = uuidOf('User', userId);
    if (id === null) throw inputError(field, 'NOT_FOUND', 'There is no user with this id.');
    return { kind: 'PERSON', userId: id, field };
  }
  const find = async () => firstRequests(db, conditionOfInput(seesAll, where), MAX_TARGETS + 1);
  return { kind: 'CONTENT', requestIds: await faultsBelow(path, find), field: [...path, 'where'] };
}

@InputType('BusinessDocumentInput', { description: 'A document.' })
export class BusinessDocumentInput {
  @ShortText()
  @Field(() => String, { description: 'The type of the document, 1 to 200 characters.' })
  documentType: string;

  @ShortText()
  @Field(() => String, { description: 'The name of the document, 1 to 200 characters.' })
  name: string;
}

@OneOf()
@InputType('ContentTarget', { description: 'The recorded content of a document, of a user, or of requests.' })
export class ContentTarget {
  @Field(() => BusinessDocumentInput, { nullable: true, description: 'The document.' })
  businessDocument?: BusinessDocumentInput;

  @Field(() => ID, { nullable: true, description: 'The id of the user, `usr_...`.' })
  userId?: string;

  @Field(() => RequestLogWhere, {
    nullable: true,
    description:
      'The filter of the requests, as in `webhookRequestLogs`: { search: "jane.doe@example.com" }. At most 10,000 requests may ' +
      'meet it. Their events are included, with all deliveries and requests of these.',
  })
  where?: RequestLogWhere;
}
