import type { ServerResponse } from 'node:http'
import {
  Controller,
  Get,
  HttpException,
  Inject,
  Logger,
  NotFoundException,
  Param,
  Post,
  Req,
  Res,
  ServiceUnavailableException,
} from '@nestjs/common'
import type { Request, Response } from 'express'
import { pull } from 'rxjs-parallel'
import { Admission } from './admission.js'
import { AnswerStreams } from './answerStreams.js'
import type { AnswerFormat } from './answerText.js'
import { ndjson, serverSentEvents } from './answerText.js'
import { BadBody } from './badBody.js'
import { openBody } from './body.js'
import type { Limits } from './limits.js'
import { LIMITS } from './limits.js'
import { Locator } from './locator.js'
import { send } from './send.js'

@Controller()
export class LocateController {
  private readonly logger = new Logger(LocateController.name)

  constructor(
    @Inject(Locator) private readonly locator: Locator,
    @Inject(Admission) private readonly admission: Admission,
    @Inject(AnswerStreams) private readonly streams: AnswerStreams,
    @Inject(LIMITS) private readonly limits: Limits,
  ) {}

  /** Answers each point of the body with its country, as lines of JSON or, if they are asked for, as events. */
  @Post('locate')
  async locate(@Req() request: Request, @Res() response: Response): Promise<void> {
    const events = request.accepts([ndjson.type, serverSentEvents.type]) === serverSentEvents.type
    await this.answer(request, response, response, events ? serverSentEvents : ndjson)
  }

  /** The same for browsers, which read no answer before they have sent the whole body: the events go elsewhere. */
  @Post('locate/:id')
  async locateFor(
    @Param('id') id: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const stream = this.streams.take(id)
    if (!stream) throw new NotFoundException(`nobody listens at /answers/${id}`)
    try {
      await this.answer(request, response, stream, serverSentEvents)
      response.status(204).end()
    } catch (error) {
      const { message } = error as HttpException
      stream.end(serverSentEvents.failure((error as HttpException).getStatus(), message))
      throw error
    }
  }

  /** Where a browser's events go. */
  @Get('answers/:id')
  answers(@Param('id') id: string, @Res() response: Response): void {
    this.streams.open(id, response)
  }

  private async answer(
    request: Request,
    response: Response,
    sink: ServerResponse,
    format: AnswerFormat,
  ): Promise<void> {
    const leave = this.admission.enter()
    if (!leave) {
      response.setHeader('Retry-After', this.admission.retryAfter)
      throw new ServiceUnavailableException('as many bodies are being read as may be')
    }
    try {
      // #region pipeline
      const { rows, progress } = openBody(request, this.limits)
      const answers$ = pull(rows).pipe(this.locator.locate())
      await send(answers$, progress, format, sink, (error) => this.complain(error))
      // #endregion
    } catch (error) {
      throw httpError(this.complain(error))
    } finally {
      leave()
    }
  }

  /** What is no fault of the body's is ours. */
  private complain(error: unknown): BadBody {
    if (error instanceof BadBody) return error
    this.logger.error(error)
    return new BadBody('the service failed', 500)
  }
}

const httpError = ({ status, message }: BadBody) => new HttpException({ statusCode: status, message }, status)
