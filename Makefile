# The front doors.  What they do stands in tools/; builds go to build/.
.PHONY: build demo demo-clean test bench

build:
	tools/setup build web
	cmake --preset release
	cmake --build --preset release --target heatnetd heatnet-edge heatnet heatnet-plant
	tools/build-web

demo:
	@tools/demo

demo-clean:
	@tools/demo clean

test:
	@tools/test

bench:
	@bench/run
