// Let the server judge what is typed into a date field: the picker would turn 31/11 into 01/12, and any text that it
// does not understand into today, without a word.
window.jQuery.fn.datetimepicker.defaults.validateOnBlur = false;
