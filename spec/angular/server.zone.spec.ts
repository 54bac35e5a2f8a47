import 'zone.js/node'
import '@angular/compiler'
import { provideZoneChangeDetection } from '@angular/core'
import { serverCases } from './support/serverCases.js'

serverCases(provideZoneChangeDetection)
