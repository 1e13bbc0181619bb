# Everything runs on the Node of node_modules, whatever the machine's own is: any Node with npm is enough to begin.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
SEINE := ./seine
VITEST_ARGS ?=
BENCH_ARGS ?=
.DEFAULT_GOAL := help

.PHONY: help install up down demo test faults chaos fuzz soak verify lint typecheck bench bench-scale deploy

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## Install packages, and Node 24 with them, where missing or changed
	@./scripts/install.sh

up: install ## Start the whole mesh on this machine; Ctrl-C or "make down" stops it
	@$(SEINE) up

down: install ## Stop what "make up" started
	@$(SEINE) down

demo: install ## Run the bundled sample sites end to end; a second time shows what changed
	@$(SEINE) demo

test: install ## Run every test but "make faults"
	@vitest run --project '!faults' $(VITEST_ARGS)

faults: install ## Run over 32 hosts that do everything wrong, beside ten that don't, and print what became of each (4 minutes)
	@vitest run --project faults

chaos: install ## Break the mesh at random for MINUTES=30 and check after each round that nothing came of it; SEED=n ROUNDS=1 does a round again
	@node tests/chaos/main.ts

fuzz: install ## Feed mutated pages, sitemaps, robots.txt, API bodies and WebSocket frames for MINUTES=10 a target; TARGETS=html,api SEED=n
	@node tests/fuzz/main.ts

soak: install ## Run over shops that change for two hours, and measure each minute what could leak; SOAK_ARGS="--minutes 10"
	@node bench/soak.ts $(SOAK_ARGS)

verify: lint typecheck test ## Everything that CI runs

lint: install
	@biome check .

typecheck: install
	@tsc --noEmit
	@tsc -p services/gateway/dashboard

bench: install ## Measure the mesh, Crawlee, Scrapy and a bare loop over the same pages in one run
	@node bench/sites/install.ts && node bench/compare/install.ts && node bench/speed.ts $(BENCH_ARGS)

bench-scale: install ## Run over URLS=10000 made-up pages of 200 sites, check the archive against them, and print what a URL costs
	@node bench/scale.ts --urls $(or $(URLS),10000) $(BENCH_ARGS)

deploy: ## Roll a release out to a cluster, and back if it does not get well: make deploy ENV=dev|qa|prod
	@./deploy/deploy.sh $(ENV)
