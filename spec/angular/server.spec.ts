import '@angular/compiler'
import { provideZonelessChangeDetection } from '@angular/core'
import { serverCases } from './support/serverCases.js'

serverCases(provideZonelessChangeDetection)
